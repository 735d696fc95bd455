import type { PlanAnswer } from '../../api/schema';
import { bytes, count, duration, number } from '../../format';
import { Icon } from '../../ui/Icon';
import { Notice } from '../../ui/Notice';
import { Panel } from '../../ui/Panel';
import { words } from '../../words';
import styles from './Result.module.css';

const said = words.plan.figures;

export function Result({ answer }: { answer: PlanAnswer }) {
  const { totals, predicted } = answer;
  const waypoints = answer.sorties.reduce((sum, sortie) => sum + sortie.waypoints.length, 0);
  const figures: [string, string][] = [
    [said.minutes, duration(totals.time_s)],
    [said.photos, number(totals.photos)],
    [said.sorties, number(totals.sorties)],
    [said.gsd, `${number(predicted.gsd_cm.p50)} cm`],
    [said.height, `${number(Math.round(answer.agl_m))} m`],
    [said.coverage, `${number(predicted.coverage_pct)} %`],
    [said.distance, `${number(totals.distance_m / 1000)} km`],
    [said.storage, bytes(totals.storage_gb * 1e9)],
  ];
  return (
    <Panel title={words.plan.result}>
      <div className={styles.result}>
        <dl className={styles.figures}>
          {figures.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
        </dl>
        {answer.warnings.length ? (
          <Notice tone="warn" title={words.plan.warnings}>
            <ul className={styles.warnings}>{answer.warnings.map((warning) => <li key={warning}>{warning}</li>)}</ul>
          </Notice>
        ) : null}
        <ol className={styles.sorties}>
          {answer.sorties.map((sortie) => (
            <li key={sortie.number}>
              <strong>{words.plan.sortie(sortie.number)}</strong>
              <span>{words.plan.sortieFacts(count(sortie.photos, 'photo'), duration(sortie.time_s), `${number(Math.round(sortie.distance_m))} m`)}</span>
            </li>
          ))}
        </ol>
        <p className={styles.note} data-testid="waypoints">{words.plan.waypoints(count(waypoints, 'waypoint'))}</p>
        <h3>{words.plan.files}</h3>
        <ul className={styles.files}>
          {answer.files.map((file) => (
            <li key={file.name}>
              <a href={file.url ?? undefined} download={file.name} className={styles.file}>
                <Icon name="download" />
                <span><strong>{file.name}</strong><small>{noteOf(file.name)}{', '}{bytes(file.bytes)}</small></span>
              </a>
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );
}

/** By its name, else by the longest ending that is known. */
function noteOf(name: string): string {
  const parts = name.split('.');
  const endings = [name, parts.slice(-2).join('.'), parts.at(-1) ?? ''];
  return endings.map((ending) => words.plan.fileIs[ending]).find((note) => note !== undefined) ?? '';
}
