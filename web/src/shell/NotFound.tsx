import { ButtonLink } from '../ui/Button';
import { Empty } from '../ui/Empty';
import { words } from '../words';
import { usePageTitle } from './usePageTitle';

interface Props {
  title?: string;
  children?: string;
}

export function NotFound({ title = words.errors.notFound, children = words.errors.notFoundBody }: Props) {
  usePageTitle(title);
  return (
    <Empty icon="search" title={title} heading="h1"
      action={<ButtonLink href="/captures" look="primary">{words.errors.toCaptures}</ButtonLink>}>
      {children}
    </Empty>
  );
}
