// Package a The chairman
//go:generate x
/*
 block
*/
var"'`/*<<<\
{(["""
'''
//#ÿé