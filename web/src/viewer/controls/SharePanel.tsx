import { useEffect, useState } from 'react';
import { addressOf, frameCode } from '../../sharing/links';
import { Button } from '../../ui/Button';
import { Copied } from '../../ui/Copied';
import { ErrorNotice } from '../../ui/Notice';
import { download } from '../engine/geojson';
import type { Scene } from '../engine/scene';
import { encodeView } from '../engine/view';
import type { SplatViewerProps } from '../SplatViewer';
import { words } from '../words';
import styles from './lists.module.css';
import { Panel } from './Panel';

interface Props {
  scene: Scene;
  title: string;
  links: SplatViewerProps['links'];
  sharing: SplatViewerProps['sharing'];
  onClose: () => void;
}

/** The present view as a link and as a picture, and what else its owner may give away. */
export function SharePanel({ scene, title, links, sharing, onClose }: Props) {
  const [view, setView] = useState(() => encodeView(scene.view()));
  const [error, setError] = useState<unknown>(null);
  useEffect(() => scene.onMove(() => setView(encodeView(scene.view()))), [scene]);
  const save = () => scene.picture().then((blob) => download(`${title}.png`, blob), setError);
  return (
    <Panel title={words.share.title} onClose={onClose}>
      <Copied label={words.share.link} text={addressOf(links?.page ?? location.pathname, view)} />
      {links?.embed ? <Copied label={words.share.embed} text={frameCode(addressOf(links.embed, view), title)} /> : null}
      <p className={styles.soft}>{words.share.local}</p>
      <div className={styles.actions}>
        <Button icon="download" onClick={save}>{words.share.picture}</Button>
      </div>
      {error ? <ErrorNotice error={error} /> : null}
      {sharing ? <><h3>{words.share.anyone}</h3>{sharing(view)}</> : null}
    </Panel>
  );
}
