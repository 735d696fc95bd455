// The first script of a scene's page, and alone in its file: asks for the scene while the rest of the
// code is still on its way. `api/files.ts` takes the answers over.

declare global {
  /** By path: files that were asked for before whoever needs them was there. */
  var begun: Map<string, Promise<Response>> | undefined;
}

const OWN = /^\/(?:view|embed)\/([^/]+)$/;
const SHARED = /^\/(?:embed\/)?s\/([A-Za-z0-9_-]{43})[^/]*$/;

const job = OWN.exec(location.pathname)?.[1];
const token = SHARED.exec(location.pathname)?.[1];
// With a token of AWS's a link is asked for first; only the rest of the code can do that.
const isPlain = sessionStorage.getItem('spaceport.tokens') === null;
const paths = [
  ...(job && isPlain ? [`/jobs/${job}/files/first.sog`, `/jobs/${job}/files/geo.json`] : []),
  ...(token ? [`/shared/${token}/files/first.sog`] : []),
];
globalThis.begun = new Map(paths.map((path) => [path, ask(path)]));

function ask(path: string): Promise<Response> {
  const answer = fetch(path, { credentials: 'same-origin' }).then(whole);
  answer.catch(() => {}); // whoever opens it awaits it, later
  return answer;
}

/** A refusal, read to its end: nobody may ever open it, and a connection would wait for that. */
async function whole(response: Response): Promise<Response> {
  return response.ok ? response : new Response(await response.text(), response);
}

export {};
