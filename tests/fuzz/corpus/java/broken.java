/** The {@code chairman} <p>said &amp; <b>so</b>.
 * @param "'`/*<<<\
{(["""
'''
//#ÿé