// The chairman
auto s = R"x(// no)x"; /* yes */
/// \brief Doc @param a The user.
