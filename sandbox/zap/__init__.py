"""The local Zapier: Zaps as the README has them set up, their history, and the mailbox to which they send."""

from sandbox.zap.design import Step, Zap, read_zaps
from sandbox.zap.mailbox import Mail
from sandbox.zap.runs import Run
from sandbox.zap.stand import HookCall, ZapStand

__all__ = ["HookCall", "Mail", "Run", "Step", "Zap", "ZapStand", "read_zaps"]
