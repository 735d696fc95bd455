// What is written on a scene, kept beside its results.
import { type Annotation, type AnnotationStore, readAnnotations } from '../viewer/annotations';
import { answerOf, api } from './client';
import type { Annotation as Sent } from './schema';

export function annotationsOf(jobId: string): AnnotationStore {
  const params = { path: { job_id: jobId } };
  return {
    kind: 'server',
    load: async () => readAnnotations((await answerOf(api.GET('/jobs/{job_id}/annotations', { params }))).annotations),
    save: async (annotations) => {
      const body = { annotations: annotations.map(sent) };
      await answerOf(api.PUT('/jobs/{job_id}/annotations', { params, body }));
    },
  };
}

/** To read, for whoever has the link. */
export function annotationsOfShare(token: string): AnnotationStore {
  const params = { path: { token } };
  return {
    kind: 'shown',
    load: async () => readAnnotations((await answerOf(api.GET('/shared/{token}/annotations', { params }))).annotations),
    save: null,
  };
}

function sent({ id, title, text, at, view }: Annotation): Sent {
  return { id, title, text, at: [...at], view: { eye: [...view.eye], target: [...view.target], fovDeg: view.fovDeg } };
}
