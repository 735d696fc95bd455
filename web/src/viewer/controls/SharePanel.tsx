import { useEffect, useState } from 'react';
import { Button } from '../../ui/Button';
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
  onShare: SplatViewerProps['onShare'];
  onClose: () => void;
}

export function SharePanel({ scene, title, links, onShare, onClose }: Props) {
  const [view, setView] = useState(() => encodeView(scene.view()));
  const [shared, setShared] = useState<{ path: string; expiresAt: string } | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => scene.onMove(() => setView(encodeView(scene.view()))), [scene]);
  const at = (path: string) => `${new URL(path, location.href).href.replace(/#.*/, '')}#${view}`;
  const page = at(links?.page ?? location.pathname);
  const embed = links ? `<iframe src="${at(shared?.path ?? links.embed)}" title="${escape(title)}" width="800" height="500" allow="fullscreen; xr-spatial-tracking" loading="lazy"></iframe>` : null;
  const save = () => scene.picture().then((blob) => download(`${title}.png`, blob), setError);
  const share = () => onShare?.().then(setShared, setError);
  return (
    <Panel title={words.share.title} onClose={onClose}>
      <Copied label={words.share.link} text={page} />
      {embed ? <Copied label={words.share.embed} text={embed} /> : null}
      <p className={styles.soft}>{words.share.local}</p>
      {shared ? (
        <>
          <Copied label={words.share.anyone} text={at(shared.path)} />
          <p className={styles.soft}>{words.share.until(new Date(shared.expiresAt).toLocaleDateString())}</p>
        </>
      ) : null}
      <div className={styles.actions}>
        {onShare && !shared ? <Button onClick={share}>{words.share.make}</Button> : null}
        <Button icon="download" onClick={save}>{words.share.picture}</Button>
      </div>
      {error ? <ErrorNotice error={error} /> : null}
    </Panel>
  );
}

const escape = (text: string) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

function Copied({ label, text }: { label: string; text: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(true));
  useEffect(() => setCopied(false), [text]);
  return (
    <div className={styles.copy}>
      <label className={styles.field}>
        {label}
        <input readOnly value={text} onFocus={(event) => event.target.select()} />
      </label>
      <Button onClick={copy} aria-label={`${words.share.copy}: ${label}`}>{isCopied ? words.share.copied : words.share.copy}</Button>
    </div>
  );
}
