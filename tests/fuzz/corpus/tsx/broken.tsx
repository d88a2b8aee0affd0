const a = <div title="// no">{/* The chai"'`/*<<<\
{(["""
'''
//#ÿé