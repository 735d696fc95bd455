import { lazy } from 'react';
import { usePageTitle } from '../../shell/usePageTitle';
import { words } from '../../words';

const PlanMap = lazy(() => import('../../map/PlanMap'));

export default function PlanPage() {
  usePageTitle(words.nav.plan);
  return <><h1>{words.nav.plan}</h1><PlanMap /></>;
}
