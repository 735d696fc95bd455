import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { count, number } from '../../format';
import { check, type Checked, type PlannedPhoto } from '../../plan/planned';
import { Button } from '../../ui/Button';
import { ErrorNotice, Notice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { readMeta } from '../../upload/meta';
import { words } from '../../words';
import styles from './CheckPhotos.module.css';

interface Props {
  photos: readonly PlannedPhoto[];
  checked: Checked | null;
  onChecked: (checked: Checked) => void;
}

/** The photos of a flight held against its plan, in the browser: before the drone is packed away. */
export function CheckPhotos({ photos, checked, onChecked }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const work = useMutation({
    mutationFn: async (files: File[]) => {
      const metas = [];
      for (const file of files) metas.push(await readMeta(file));
      return check(photos, metas);
    },
    onSuccess: onChecked,
  });
  return (
    <Panel title={words.plan.check}>
      <div className={styles.check}>
        <p>{words.plan.checkBody}</p>
        <Button icon="photo" busy={work.isPending} onClick={() => input.current?.click()}>
          {work.isPending ? words.plan.checkBusy : words.plan.checkChoose}
        </Button>
        <input ref={input} type="file" multiple hidden accept="image/*" data-testid="check"
          onChange={(event) => { const files = [...(event.target.files ?? [])]; event.target.value = ''; if (files.length) work.mutate(files); }} />
        <div role="status">{checked ? <Found photos={photos.length} checked={checked} /> : null}</div>
        {work.error ? <ErrorNotice error={work.error} /> : null}
      </div>
    </Panel>
  );
}

function Found({ photos, checked }: { photos: number; checked: Checked }) {
  const { missing, withinM, taken, placed } = checked;
  const isWhole = missing.length === 0;
  return (
    <Notice tone={isWhole ? 'good' : 'warn'} title={isWhole
      ? words.plan.checkAll(number(photos), number(Math.round(withinM)))
      : words.plan.checkMissing(number(missing.length), number(photos))}>
      {placed < taken ? words.plan.checkNoPlace(count(taken - placed, 'photo')) : null}
    </Notice>
  );
}
