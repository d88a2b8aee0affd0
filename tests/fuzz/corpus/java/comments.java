/** The {@code chairman} <p>said &amp; <b>so</b>.
 * @param a The user.
 */
class A { String s = """
// no
"""; } // yes
