/*
 * rules: what may be asked, as far as a reader of one district can check it.
 *
 * A policy's numbers are data, but only under the ceilings compiled in here:
 * no platform can raise those.  Measures have a tolerance of 0.1 % and 1 m,
 * since two programs round differently.
 */
import type { Limit, Policy, Request } from './documents.ts';
import { LIMITS } from './documents.ts';
import { area, width } from './geo.ts';
import { Refusal, refuse } from './refusal.ts';

const DAY = 86400;

/* The least and the most that each number of a policy may be. */
export const CEILINGS: Readonly<Record<Limit, readonly [number, number]>> = {
	area_min: [64_750, 1_294_994],
	area_max: [64_750, 1_294_994],
	victims_area_min: [64_750, 1_294_994],
	width_min: [60, 10_000],
	dwellings_min: [0, 100_000],
	window_min: [15 * 60, 12 * 3600],
	window_max: [15 * 60, 12 * 3600],
	lifetime_max: [3600, 14 * DAY],
	neighbour_m: [1000, 100_000],
	neighbour_s: [DAY, 365 * DAY],
	per_case: [1, 2],
	per_district: [1, 5],
	urgent_s: [0, 4 * 3600]
};

export type RuleName =
	| 'area-size'
	| 'area-width'
	| 'window'
	| 'lifetime'
	| 'incident'
	| 'per-case'
	| 'per-district';

/* A rule that was kept, with what was found and what the limit is. */
export interface RuleCheck {
	readonly rule: RuleName;
	readonly found: number | string;
	readonly min?: number;
	readonly max?: number;
}

export function checkPolicy(p: Policy): void {
	for (const name of LIMITS) {
		const [min, max] = CEILINGS[name];
		const n = p.limits[name];
		if (n < min || n > max) refuse('over-the-limit', `policy ${name} ${n}, not ${min} to ${max}`);
	}
}

function within(rule: RuleName, found: number, min: number, max: number, slack: number): RuleCheck {
	if (found < min - slack || found > max + slack) {
		throw new Refusal('over-the-limit', `${rule} ${Math.round(found)}, not ${min} to ${max}`);
	}
	return { rule, found: Math.round(found), min, max };
}

/* Check r by policy p, at proven (UTC seconds, when the log shows r). */
export function checkRequest(r: Request, p: Policy): RuleCheck[] {
	const incident = p.incidents.find((i) => i.id === r.incident);
	if (incident === undefined) refuse('over-the-limit', `incident ${r.incident} is not in the policy`);
	const l = p.limits;
	const least = incident.victims ? Math.max(l.area_min, l.victims_area_min) : l.area_min;
	const size = area(r.area);
	if (r.opens < r.until) refuse('over-the-limit', 'window is not past when the request opens');
	return [
		{ rule: 'incident', found: incident.title },
		within('area-size', size, least, l.area_max, size / 1000),
		within('area-width', width(r.area), l.width_min, CEILINGS.width_min[1], 1),
		within('window', r.until - r.from, l.window_min, l.window_max, 0),
		within('lifetime', r.expires - r.opens, 1, l.lifetime_max, 0)
	];
}

/*
 * Which of these requests, shown together in one district, are too many for
 * their agency or its case number: those with the greatest log numbers.
 */
export function tooMany(
	shown: readonly { readonly request: Request; readonly index: number; readonly policy: Policy }[]
): Map<string, Refusal> {
	const out = new Map<string, Refusal>();
	const open = new Map<string, number>();
	const cases = new Map<string, number>();
	for (const s of [...shown].sort((a, b) => a.index - b.index)) {
		for (const agency of [s.request.agency, ...s.request.onBehalfOf]) {
			const o = (open.get(agency) ?? 0) + 1;
			const c = (cases.get(`${agency}\n${s.request.case}`) ?? 0) + 1;
			open.set(agency, o);
			cases.set(`${agency}\n${s.request.case}`, c);
			if (o > s.policy.limits.per_district) {
				out.set(s.request.id, new Refusal('over-the-limit', `per-district ${o} of ${agency}`));
			} else if (agency === s.request.agency && c > s.policy.limits.per_case) {
				out.set(s.request.id, new Refusal('over-the-limit', `per-case ${c} for ${s.request.case}`));
			}
		}
	}
	return out;
}
