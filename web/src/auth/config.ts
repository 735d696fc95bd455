// How people sign in here: `/config.json`, which the deployment writes.

export interface CognitoConfig {
  kind: 'cognito';
  /** Of the sign-in pages, with its scheme. */
  domain: string;
  /** Who signs the tokens. */
  issuer: string;
  clientId: string;
  scopes: string[];
}

/** `local`: by the printed link; `own`: the deployment has a sign-in that these pages do not know. */
export type SignInConfig = CognitoConfig | { kind: 'local' } | { kind: 'own' };

let known: Promise<SignInConfig> | null = null;

export function signInConfig(): Promise<SignInConfig> {
  known ??= fetchConfig().catch((error: unknown) => {
    known = null; // to be asked again
    throw error;
  });
  return known;
}

async function fetchConfig(): Promise<SignInConfig> {
  const response = await fetch('/config.json', { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`config.json: ${response.status}`);
  return ((await response.json()) as { signIn: SignInConfig }).signIn;
}
