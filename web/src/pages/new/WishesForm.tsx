import { useId } from 'react';
import type { Quality } from '../../api/schema';
import { Field } from '../../ui/Field';
import type { Upload } from '../../upload/manager';
import { uploads } from '../../upload/useUploads';
import { words } from '../../words';
import styles from './WishesForm.module.css';

const QUALITIES = Object.keys(words.quality) as Quality[];

export function WishesForm({ upload }: { upload: Upload }) {
  const { title, email, quality } = upload.wishes;
  const name = useId();
  return (
    <>
      <div className={styles.row}>
        <Field label={words.upload.name} maxLength={200} required value={title}
          onChange={(event) => uploads.edit(upload.key, { title: event.target.value })} />
        <Field label={words.upload.email} type="email" autoComplete="email" maxLength={254} required value={email}
          onChange={(event) => uploads.edit(upload.key, { email: event.target.value })} />
      </div>
      <fieldset>
        <legend className={styles.legend}>{words.upload.quality}</legend>
        <div className={styles.qualities}>
          {QUALITIES.map((each) => (
            <label key={each} className={styles.quality}>
              <input type="radio" name={name} value={each} checked={quality === each}
                onChange={() => uploads.edit(upload.key, { quality: each })} />
              <span><strong>{words.quality[each].name}</strong><small>{words.quality[each].words}</small></span>
            </label>
          ))}
        </div>
      </fieldset>
    </>
  );
}
