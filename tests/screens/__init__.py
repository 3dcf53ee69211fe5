"""Every page there is, for every eye: opened, looked at and judged by axe.

`places` lists the pages, `scene` plays what they show, `looking` opens one and measures it.
"""
