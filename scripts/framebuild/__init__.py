"""The build: load, check, plan, execute, render, and the command line. No torch.

The data's way: frames/*.yaml and demos/*.py -> load -> check -> plan -> execute -> render -> site/
"""
