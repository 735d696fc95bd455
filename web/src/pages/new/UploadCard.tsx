import { type FormEvent, lazy, Suspense, useId, useMemo, useState } from 'react';
import { ErrorBoundary } from '../../shell/ErrorBoundary';
import { bytes, count, number } from '../../format';
import { Button, ButtonLink } from '../../ui/Button';
import { Confirm } from '../../ui/Confirm';
import { ErrorNotice, Notice } from '../../ui/Notice';
import { Waiting } from '../../ui/Waiting';
import type { Upload } from '../../upload/manager';
import { keepEmail } from '../../upload/store';
import { uploads } from '../../upload/useUploads';
import { words } from '../../words';
import { FileButtons } from './DropZone';
import { Estimate } from './Estimate';
import { type Facts, factsOf, mapPhotos } from './facts';
import { Files } from './Files';
import { Sending } from './Sending';
import styles from './UploadCard.module.css';
import { WishesForm } from './WishesForm';

const NAMED = 3;
const PhotoMap = lazy(() => import('../../map/PhotoMap'));

/** One capture from the drop to its job. */
export function UploadCard({ upload }: { upload: Upload }) {
  const heading = useId();
  const [asking, setAsking] = useState(false);
  const facts = useMemo(() => factsOf(upload), [upload]);
  const isDraft = upload.stage === 'draft';
  const begin = (event: FormEvent) => {
    event.preventDefault();
    keepEmail(upload.wishes.email);
    void uploads.start(upload.key);
  };
  return (
    <section className={styles.card} aria-labelledby={heading}>
      <div className={styles.head}>
        <div>
          <h2 id={heading}>{upload.wishes.title || words.captures.untitled}</h2>
          <p className={styles.facts}>
            {facts.isZip ? words.upload.zip(bytes(facts.totalBytes)) : words.upload.facts(count(facts.photos, 'photo'), bytes(facts.totalBytes))}
          </p>
        </div>
        {upload.stage === 'started' || upload.stage === 'starting' ? null : (
          <Button look="quiet" icon="cross" onClick={() => (isDraft ? void uploads.drop(upload.key) : setAsking(true))}>
            {words.upload.drop2}
          </Button>
        )}
      </div>
      {upload.error ? <ErrorNotice error={upload.error} /> : null}
      <Standing upload={upload} facts={facts} />
      {facts.isZip || upload.stage === 'found' ? null : <PhotosMap upload={upload} facts={facts} />}
      {isDraft ? (
        <form onSubmit={begin} className={styles.form}>
          <Notes upload={upload} facts={facts} />
          <WishesForm upload={upload} />
          <div className={styles.go}>
            <Estimate photos={facts.photos} pixelsPerPhoto={facts.pixelsPerPhoto} quality={upload.wishes.quality} />
            <Button type="submit" look="primary" icon="upload" disabled={!upload.isRead || facts.empty.length > 0}>{words.upload.start}</Button>
          </div>
        </form>
      ) : null}
      <Files files={upload.files} />
      <Confirm open={asking} title={words.upload.dropTitle(upload.wishes.title)} body={words.upload.dropBody}
        action={words.upload.drop2} onClose={() => setAsking(false)} run={() => uploads.drop(upload.key)} />
    </section>
  );
}

function Standing({ upload, facts }: { upload: Upload; facts: Facts }) {
  const [isNone, setNone] = useState(false);
  switch (upload.stage) {
    case 'found':
      return upload.isElsewhere ? <Notice title={words.upload.elsewhere}>{words.upload.otherTab}</Notice> : (
        <Notice title={words.upload.found} actions={
          <FileButtons look="primary" onFiles={(entries) => setNone(!uploads.give(upload.key, entries))} />
        }>
          {words.upload.foundBody(number(facts.arrived), count(upload.files.length, 'file'))}
          {isNone ? <p role="alert">{words.upload.foundNone}</p> : null}
        </Notice>
      );
    case 'started':
      return (
        <Notice tone="good" title={words.upload.started} actions={
          <ButtonLink href={`/captures/${upload.jobId}`} look="primary">{words.upload.watch}</ButtonLink>
        }>{words.upload.startedBody}</Notice>
      );
    case 'draft':
      return upload.isRead ? null : <p role="status" className={styles.facts}>{words.upload.reading}</p>;
    default:
      return <Sending upload={upload} facts={facts} />;
  }
}

function Notes({ upload, facts }: { upload: Upload; facts: Facts }) {
  if (!upload.isRead || facts.isZip) return null;
  const notes = [
    facts.photos < 3 ? words.upload.few : null,
    facts.photos > 0 && facts.placed === 0 ? words.upload.noPlace : null,
    facts.placed > 0 && facts.placed < facts.photos ? words.upload.someNoPlace(count(facts.photos - facts.placed, 'photo')) : null,
    facts.cameras.length > 1 ? words.upload.cameras(facts.cameras.join(', ')) : null,
  ].filter((note) => note !== null);
  return (
    <>
      {notes.length ? <Notice tone="warn"><ul className={styles.notes}>{notes.map((note) => <li key={note}>{note}</li>)}</ul></Notice> : null}
      {facts.empty.length ? (
        <Notice tone="warn" actions={
          <Button onClick={() => uploads.leaveOut(upload.key, facts.empty)}>{words.upload.leaveOut}</Button>
        }>{words.upload.empty(facts.empty.slice(0, NAMED).join(', '), facts.empty.length - NAMED)}</Notice>
      ) : null}
      {facts.others.length ? (
        <Notice tone="warn" actions={
          <Button onClick={() => uploads.leaveOut(upload.key, facts.others)}>{words.upload.leaveOut}</Button>
        }>{words.upload.others(count(facts.others.length, 'file'))}</Notice>
      ) : null}
    </>
  );
}

function PhotosMap({ upload, facts }: { upload: Upload; facts: Facts }) {
  const photos = useMemo(() => mapPhotos(upload.files), [upload.files]);
  if (photos.length === 0) return null;
  return (
    <figure className={styles.map}>
      <div className={styles.mapBox}>
        <ErrorBoundary resetKey={upload.key}>
          <Suspense fallback={<Waiting lines={4} />}><PhotoMap photos={photos} name={words.upload.map} /></Suspense>
        </ErrorBoundary>
      </div>
      <figcaption>{words.upload.mapBody(count(facts.placed, 'photo'), number(facts.drawn))}</figcaption>
    </figure>
  );
}
