"""Campaigns: many targets times many services, in parts, on one machine or many."""
