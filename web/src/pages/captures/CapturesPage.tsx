import { usePageTitle } from '../../shell/usePageTitle';
import { words } from '../../words';

export function CapturesPage() {
  usePageTitle(words.nav.captures);
  return <h1>{words.nav.captures}</h1>;
}
