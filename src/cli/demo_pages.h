/* demo_pages: where the built pages lie. */
#ifndef CLI_DEMO_PAGES_H
#define CLI_DEMO_PAGES_H

/*
 * The directory of the built pages: below the source that PORCHLIGHT_SOURCE
 * names, else beside what is installed; NULL where there is none.
 */
const char *demo_pages(void);

#endif /* !CLI_DEMO_PAGES_H */
