// The engine's ports in a browser: our API, and S3 through XMLHttpRequest, which alone tells how far a PUT is.
import { onlineManager } from '@tanstack/react-query';
import { answerOf, api } from '../api/client';
import { pauseS } from '../api/events';
import { ApiError } from '../api/problem';
import type { FileStanding, SignedAddress, UploadStanding } from '../api/schema';
import type { Ports } from './transfer';

export function browserPorts(uploadId: string): Ports {
  const path = { upload_id: uploadId };
  return {
    links: async (files) =>
      (await answerOf(api.POST('/uploads/{upload_id}/links', { params: { path }, body: { files } }))).links,
    together: async (name) =>
      (await answerOf(api.POST('/uploads/{upload_id}/parts', { params: { path }, body: { files: [name] } }))).files[0],
    put,
    pause,
  };
}

/** An upload with all of its files, page after page. */
export async function standingOf(uploadId: string, signal?: AbortSignal): Promise<UploadStanding> {
  const files: FileStanding[] = [];
  for (let after = 0; ; ) {
    const page = await answerOf(
      api.GET('/uploads/{upload_id}', {
        params: { path: { upload_id: uploadId }, query: { after } }, ...(signal && { signal }),
      }),
    );
    files.push(...page.files);
    if (page.after == null) return { ...page, files };
    after = page.after;
  }
}

const STALLED_MS = 60_000;

function put(address: SignedAddress, piece: Blob, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<void> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    const lost = () => failed(new TypeError('The connection broke.'));
    let stalled = setTimeout(() => request.abort(), STALLED_MS);
    const moved = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), STALLED_MS);
    };
    request.upload.onprogress = (event) => {
      moved();
      onBytes(event.loaded);
    };
    request.onload = () =>
      request.status < 300 ? done() : failed(new ApiError(request.status, null));
    request.onerror = lost;
    request.onabort = lost;
    request.onloadend = () => {
      clearTimeout(stalled);
      signal.removeEventListener('abort', stop);
    };
    const stop = () => request.abort();
    signal.addEventListener('abort', stop);
    request.open('PUT', address.url);
    for (const [name, value] of Object.entries(address.headers)) {
      if (name.toLowerCase() !== 'content-length') request.setRequestHeader(name, value);
    }
    request.send(piece);
  });
}

function pause(tries: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const finish = () => {
      clearTimeout(timer);
      unsubscribe();
      signal.removeEventListener('abort', finish);
      done();
    };
    const timer = setTimeout(() => onlineManager.isOnline() && finish(), pauseS(tries) * 1000);
    const unsubscribe = onlineManager.subscribe((online) => online && finish());
    signal.addEventListener('abort', finish);
  });
}
