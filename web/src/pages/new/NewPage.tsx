import { lazy } from 'react';
import { usePageTitle } from '../../shell/usePageTitle';
import { words } from '../../words';

const PhotoMap = lazy(() => import('../../map/PhotoMap'));

export default function NewPage() {
  usePageTitle(words.nav.newCapture);
  return <><h1>{words.nav.newCapture}</h1><PhotoMap /></>;
}
