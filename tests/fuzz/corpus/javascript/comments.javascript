/** The chairman
 * @param {a} b The user.
 * ```
 * code
 * ```
 */
let a = `// ${`/* ${b} */`}`; // said so
/* one */ /* two */ x = /\/\*/; <!-- html
// eslint-disable
<div>{/* jsx */}</div>
