import type { JobStatus, StageState, StageStatus } from '../../api/schema';
import { duration, number } from '../../format';
import { Bar } from '../../ui/Bar';
import { Icon, type IconName } from '../../ui/Icon';
import { Panel } from '../../ui/Panel';
import { words } from '../../words';
import { figures } from './figures';
import styles from './Timeline.module.css';

const ICONS: Partial<Record<StageState, IconName>> = { done: 'check', failed: 'cross', cancelled: 'cross', waiting: 'clock' };

/** The stages from top to bottom: done, running with how far it is, and still to come. */
export function Timeline({ job }: { job: JobStatus }) {
  return (
    <Panel title={words.job.stages}>
      <ol className={styles.stages}>
        {job.stages.map((stage) => (
          <li key={stage.stage} className={`${styles.stage} ${styles[stage.state] ?? ''}`}>
            <span className={styles.mark}>{ICONS[stage.state] ? <Icon name={ICONS[stage.state] as IconName} size={16} /> : null}</span>
            <div className={styles.body}>
              <h3>{words.stage[stage.stage]}</h3>
              <Standing job={job} stage={stage} />
            </div>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function Standing({ job, stage }: { job: JobStatus; stage: StageStatus }) {
  if (stage.state === 'running') return <Running job={job} stage={stage} />;
  const took = stage.state === 'done' && stage.seconds != null ? `, ${words.job.took(duration(stage.seconds))}` : '';
  return (
    <>
      <p className={styles.note}>{words.stageState[stage.state]}{took}</p>
      {stage.state === 'waiting' && job.place ? <p className={styles.note}>{words.job.place(job.place)}</p> : null}
      {stage.state === 'done' ? <Figures values={stage.figures ?? {}} /> : null}
    </>
  );
}

function Running({ job, stage }: { job: JobStatus; stage: StageStatus }) {
  const progress = job.stage === stage.stage ? job.progress : null;
  if (!progress) return <p className={styles.note}>{words.stageState.running}</p>;
  const step = words.step[progress.step] ?? progress.step;
  const left = progress.seconds_left;
  return (
    <div role="group" aria-label={words.stage[stage.stage]}>
      <p className={styles.note}>
        {progress.m > 1 ? words.job.stepOf(step, number(progress.n), number(progress.m)) : step}
        {left != null ? ` · ${words.job.left(duration(left))}` : null}
      </p>
      <Bar share={progress.m > 0 ? progress.n / progress.m : null} name={step} />
      <Figures values={progress.figures} />
    </div>
  );
}

function Figures({ values }: { values: Record<string, number> }) {
  const said = figures(values);
  if (said.length === 0) return null;
  return (
    <dl className={styles.figures}>
      {said.map(({ name, value }) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  );
}
