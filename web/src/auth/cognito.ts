// Sign-in at Cognito's pages: authorization code with PKCE, no secret (RFC 6749, 7636; RFC 9700).
import * as oauth from 'oauth4webapi';
import { type CognitoConfig, signInConfig } from './config';
import { SIGNED_OUT, storedTokens, storeTokens, type Tokens } from './tokens';

const ATTEMPT = 'spaceport.attempt';
/** Cognito leaves it out of the answer to a refresh where the old one stays good. */
const USUAL_S = 300;

interface Attempt {
  state: string;
  verifier: string;
  returnTo: string;
}

async function cognito(): Promise<CognitoConfig> {
  const config = await signInConfig();
  if (config.kind !== 'cognito') throw new Error(`There is no such sign-in here (${config.kind}).`);
  return config;
}

function serverOf({ domain, issuer }: CognitoConfig): oauth.AuthorizationServer {
  return {
    issuer,
    authorization_endpoint: `${domain}/oauth2/authorize`,
    token_endpoint: `${domain}/oauth2/token`,
  };
}

/** Plain HTTP is for a server on this very machine: tests have one. */
function options({ domain }: CognitoConfig) {
  const isHere = ['127.0.0.1', 'localhost'].includes(new URL(domain).hostname);
  return { [oauth.allowInsecureRequests]: isHere };
}

/** As it is registered: the site's root. */
const callback = () => `${location.origin}/`;

/** Leaves this page for the sign-in's; it comes back to where it was. */
export async function signIn(): Promise<void> {
  const config = await cognito();
  const attempt: Attempt = {
    state: oauth.generateRandomState(),
    verifier: oauth.generateRandomCodeVerifier(),
    returnTo: location.pathname + location.hash,
  };
  sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
  const address = new URL(serverOf(config).authorization_endpoint as string);
  address.search = new URLSearchParams({
    response_type: 'code',
    client_id: config.clientId,
    redirect_uri: callback(),
    scope: config.scopes.join(' '),
    state: attempt.state,
    code_challenge: await oauth.calculatePKCECodeChallenge(attempt.verifier),
    code_challenge_method: 'S256',
  }).toString();
  location.assign(address);
}

/** Back from the sign-in's page: takes the code for tokens. Throws for an answer that is not ours. */
export async function completeSignIn(): Promise<void> {
  const answer = new URL(location.href);
  history.replaceState(null, '', '/'); // the code is good once, and nobody else's business
  const text = sessionStorage.getItem(ATTEMPT);
  sessionStorage.removeItem(ATTEMPT);
  if (text === null) throw new Error('This sign-in was not begun here.');
  const attempt = JSON.parse(text) as Attempt;
  const config = await cognito();
  const [server, client] = [serverOf(config), { client_id: config.clientId }];
  const parameters = oauth.validateAuthResponse(server, client, answer, attempt.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server, client, oauth.None(), parameters, callback(), attempt.verifier, options(config),
  );
  const given = await oauth.processAuthorizationCodeResponse(server, client, response, { requireIdToken: true });
  storeTokens(asTokens(given, oauth.getValidatedIdTokenClaims(given)?.sub ?? '', null));
  history.replaceState(null, '', attempt.returnTo);
}

/** Null where the sign-in has ended; throws where nobody answers, and then nothing is forgotten. */
export async function renewed(tokens: Tokens): Promise<Tokens | null> {
  if (!tokens.refresh) return null;
  const config = await cognito();
  const [server, client] = [serverOf(config), { client_id: config.clientId }];
  const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), tokens.refresh, options(config));
  try {
    return asTokens(await oauth.processRefreshTokenResponse(server, client, response), tokens.subject, tokens.refresh);
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) return null;
    throw error;
  }
}

/** Here, and at the sign-in's page. */
export async function signOut(): Promise<void> {
  const { domain, clientId } = await cognito();
  if (storedTokens()) storeTokens(null);
  new BroadcastChannel(SIGNED_OUT).postMessage(null); // other tabs have tokens of their own
  const address = new URL(`${domain}/logout`);
  address.search = new URLSearchParams({ client_id: clientId, logout_uri: callback() }).toString();
  location.assign(address);
}

function asTokens(given: oauth.TokenEndpointResponse, subject: string, before: string | null): Tokens {
  return {
    access: given.access_token,
    refresh: given.refresh_token ?? before,
    expiresAt: Date.now() + (given.expires_in ?? USUAL_S) * 1000,
    subject,
  };
}
