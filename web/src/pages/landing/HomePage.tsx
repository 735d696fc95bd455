import { usePageTitle } from '../../shell/usePageTitle';
import { words } from '../../words';

export function HomePage() {
  usePageTitle(null);
  return <h1>{words.product}</h1>;
}
