import type { JobEvent } from '../../api/events';
import type { Stage } from '../../api/schema';
import { bytes, number } from '../../format';
import { words } from '../../words';

/** What happened, in one sentence; an event that has no words yet is told by its name. */
export function sentence(event: JobEvent): string {
  const text = (name: string) => String(event[name] ?? '');
  const figure = (name: string) => Number(event[name] ?? 0);
  const stage = words.stageShort[text('stage') as Stage] ?? text('stage');
  const said = words.job.event;
  switch (event.type) {
    case 'ReconstructionRequested': return said.ReconstructionRequested;
    case 'CaptureRejected': return `${said.CaptureRejected}: ${text('reason')}`;
    case 'StageWaiting': return said.StageWaiting(stage, figure('place'));
    case 'StageStarted': return said.StageStarted(stage, text('instance_type'));
    case 'StageProgressed':
      return said.StageProgressed(stage, words.step[text('step')] ?? text('step'), figure('n'), figure('m'));
    case 'SparseModelBuilt': return said.SparseModelBuilt(figure('photos_registered'), figure('photos_total'));
    case 'SplatTrained': return said.SplatTrained(number(figure('gaussians')), number(figure('heldout_psnr_db')));
    case 'SplatCompressed': return said.SplatCompressed(bytes(figure('bytes')));
    case 'StageFailed': return said.StageFailed(text('reason'));
    case 'CancellationRequested': return said.CancellationRequested;
    case 'JobCancelled': return said.JobCancelled;
    default: return event.type;
  }
}

/** The log without the steps in between: of what counts up, only how far it came. */
export function folded(events: readonly JobEvent[]): JobEvent[] {
  const step = (event: JobEvent | undefined) =>
    event?.type === 'StageProgressed' ? `${event.attempt}/${String(event['stage'])}/${String(event['step'])}` : null;
  return events.filter((event, index) => step(event) === null || step(event) !== step(events[index + 1]));
}
