/* The chairman \
 opens. */
#define A // no
#if 0
 no
#endif
char *s = "/* no */"; // one \
 two
/*/ x */
