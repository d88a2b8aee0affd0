/** The chairman
 * @param {a} b The user.
 * ```
 * code
 * ```
 */
let a = `// ${`/* ${b} */`}"'`/*<<<\
{(["""
'''
//#ÿé