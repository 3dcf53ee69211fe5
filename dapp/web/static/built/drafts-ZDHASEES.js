import{a,b}from"./chunk-2O2PU65K.js";export{b as clearDraft,a as keepDraft};
