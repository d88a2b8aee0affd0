/* The chairman \
 opens. */
#define A // no
#if 0
 n"'`/*<<<\
{(["""
'''
//#ÿé