"""Tests of the compress job."""
