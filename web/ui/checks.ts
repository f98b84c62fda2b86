/* checks: what was verified about a request, put into words. */
import type { VerifiedDistrict, VerifiedRequest } from '../core/feed.ts';
import type { RuleCheck } from '../core/rules.ts';
import type { Logged, Trust } from '../core/trust.ts';
import { t } from './messages/index.ts';
import { localTime } from './times.ts';

export interface Check {
	readonly title: string;
	readonly what: string;
	readonly how: string;
	readonly failed: string;
}

/* That an entry is in the log and that watchers saw it. */
export function loggedChecks(l: Logged, trust: Trust): Check[] {
	const { log, watchers } = t.proof;
	const seen = l.checkpoint.watchers;
	return [
		{
			title: log.title,
			what: log.what(l.index, l.checkpoint.size),
			how: log.how(l.path),
			failed: log.failed
		},
		{
			title: watchers.title,
			what: watchers.what(seen.length, trust.watchers.length, trust.k, localTime(l.checkpoint.time)),
			how: watchers.how(seen.map((w) => w.name).join(', ')),
			failed: watchers.failed
		}
	];
}

export function requestChecks(r: VerifiedRequest, d: VerifiedDistrict, trust: Trust): Check[] {
	const { agency, partner, words, rules, fresh } = t.proof;
	const a = r.agency.value;
	const behalf = r.behalf.map((b) => b.value.legalName).join(', ');
	const signed = agency.what(a.legalName, a.locker.name);
	return [
		...loggedChecks(r.logged, trust),
		{
			title: agency.title,
			what: behalf === '' ? signed : `${signed} ${agency.behalf(behalf)}`,
			how: agency.how,
			failed: agency.failed
		},
		{
			title: partner.title,
			what: partner.what(r.partner.value.legalName, r.agency.logged.index),
			how: partner.how,
			failed: partner.failed
		},
		{ title: words.title, what: words.what, how: words.how, failed: words.failed },
		{
			title: rules.title,
			what: rules.what(r.policy.logged.index),
			how: rules.how,
			failed: rules.failed
		},
		{ title: fresh.title, what: fresh.what(t.ago(d.age)), how: fresh.how, failed: fresh.failed }
	];
}

/* A measured value or a limit, in the unit of its rule. */
export function inUnit(rule: RuleCheck['rule'], n: number | string): string {
	if (typeof n === 'string') return n;
	if (rule === 'area-size') return t.squareKm(n);
	if (rule === 'area-width') return t.metres(n);
	if (rule === 'window' || rule === 'lifetime') return t.duration(n);
	return t.number(n);
}

export function limitOf(c: RuleCheck): string {
	const { rule, min, max } = c;
	if (min === undefined || max === undefined) return t.rules.listed;
	if (rule === 'lifetime') return t.rules.atMost(inUnit(rule, max));
	if (rule === 'area-width') return t.rules.atLeast(inUnit(rule, min));
	return t.rules.between(inUnit(rule, min), inUnit(rule, max));
}
