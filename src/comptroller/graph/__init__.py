"""The capital graph's kernels: pure functions over integer arrays, which know no table and no law.

Entities, accounts and people arrive as interned ids `0 .. n-1`; what they are called, which day it is and where a
threshold comes from is the business of those who call. Control and share come from company control over weighted graphs
(Gulino, Ceri, Gottlob, Sallinger, Bellomarini: "Distributed company control in company shareholding graphs", ICDE 2021)
and from integrated ownership (Brioschi, Buzzacchi, Colombo 1989; Baldone, Brioschi, Paleari 1998); temporal cycles from
2SCENT (Kumar and Calders, VLDB 2018), GraphS (Qiu and others, VLDB 2018) and Blanusa and others (SPAA 2022, ICAIF
2023).
"""
