"""Storyboard -> Plan: everything that will happen, decided before any of it does."""
