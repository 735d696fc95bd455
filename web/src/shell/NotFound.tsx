import { ButtonLink } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { words } from '../words';
import { usePageTitle } from './usePageTitle';

export function NotFound() {
  usePageTitle(words.errors.notFound);
  return (
    <Empty icon="search" title={words.errors.notFound} heading="h1"
      action={<ButtonLink href="/captures" look="primary">{words.errors.toCaptures}</ButtonLink>}>
      {words.errors.notFoundBody}
    </Empty>
  );
}
