package main

func openFiles() finding { return found(fine, "no limit") }
