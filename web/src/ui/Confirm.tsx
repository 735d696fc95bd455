import { useMutation } from '@tanstack/react-query';
import { words } from '../words';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { ErrorNotice } from './Notice';

interface Props {
  open: boolean;
  title: string;
  body: string;
  action: string;
  onClose: () => void;
  /** What is done on "yes"; the dialog stays open until it is done, and says why it failed. */
  run: () => Promise<void>;
}

/** Asks before something that cannot be taken back. */
export function Confirm({ open, title, body, action, onClose, run }: Props) {
  const work = useMutation({ mutationFn: run, onSuccess: onClose });
  return (
    <Dialog open={open} title={title} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{words.job.keep}</Button>
        <Button look="danger" busy={work.isPending} onClick={() => work.mutate()}>{action}</Button>
      </>
    }>
      <p>{body}</p>
      {work.error ? <ErrorNotice error={work.error} /> : null}
    </Dialog>
  );
}
