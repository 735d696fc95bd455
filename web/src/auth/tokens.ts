// Tokens live in this tab (sessionStorage): they end with it, and no other site can ask for them.

export interface Tokens {
  access: string;
  refresh: string | null;
  /** Milliseconds since 1970. */
  expiresAt: number;
  subject: string;
}

/** The channel on which a tab says that somebody signed out. */
export const SIGNED_OUT = 'spaceport.signed-out';
const KEY = 'spaceport.tokens';
/** Before its end, so that none ends on the way. */
const MARGIN_MS = 60_000;

export function storedTokens(): Tokens | null {
  const text = sessionStorage.getItem(KEY);
  return text === null ? null : (JSON.parse(text) as Tokens);
}

export function storeTokens(tokens: Tokens | null): void {
  if (tokens) sessionStorage.setItem(KEY, JSON.stringify(tokens));
  else sessionStorage.removeItem(KEY);
}

let renewing: Promise<Tokens | null> | null = null;

/** What goes into `Authorization: Bearer`, renewed where it is about to end; null: nobody signed in here. */
export async function accessToken(now = Date.now()): Promise<string | null> {
  const tokens = storedTokens();
  if (!tokens || tokens.expiresAt - now > MARGIN_MS) return tokens?.access ?? null;
  // Many requests find out at once; one asks.
  renewing ??= import('./cognito').then(({ renewed }) => renewed(tokens)).finally(() => { renewing = null; });
  const fresh = await renewing;
  storeTokens(fresh);
  return fresh?.access ?? null;
}
