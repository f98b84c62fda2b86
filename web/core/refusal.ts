/*
 * refusal: why something is not believed.
 *
 * Each reason has a name that the catalogues explain; detail is for whoever
 * helps.  Code that checks throws a Refusal and nothing else for what another
 * party got wrong.
 */
export type Reason =
	| 'unsupported'
	| 'malformed'
	| 'not-canonical'
	| 'unknown-version'
	| 'wrong-log'
	| 'bad-signature'
	| 'missing-signature'
	| 'too-few-watchers'
	| 'ahead-of-clock'
	| 'not-in-log'
	| 'stale-district'
	| 'stale-directory'
	| 'district-mismatch'
	| 'features-changed'
	| 'unknown-partner'
	| 'unknown-agency'
	| 'agency-expired'
	| 'agency-key'
	| 'locker-key'
	| 'text-changed'
	| 'two-issuer-keys'
	| 'policy-not-in-force'
	| 'over-the-limit'
	| 'agencies-changed'
	| 'outside-district'
	| 'ended'
	| 'bad-trust-file';

export class Refusal extends Error {
	readonly reason: Reason;
	readonly detail: string;

	constructor(reason: Reason, detail: string) {
		super(`${reason}: ${detail}`);
		this.name = 'Refusal';
		this.reason = reason;
		this.detail = detail;
	}
}

export function refuse(reason: Reason, detail: string): never {
	throw new Refusal(reason, detail);
}
