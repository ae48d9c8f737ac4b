"""Models: functions from accounts to accounts. No model imports another."""
