/*
 * report_style: the one style sheet of report.c.
 */
#ifndef EVIDENCE_REPORT_STYLE_H
#define EVIDENCE_REPORT_STYLE_H

extern const char report_style[];

#endif /* !EVIDENCE_REPORT_STYLE_H */
