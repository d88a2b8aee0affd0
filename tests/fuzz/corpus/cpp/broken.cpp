// The chairman
auto s = R"x(// no)x"; /*"'`/*<<<\
{(["""
'''
//#ÿé