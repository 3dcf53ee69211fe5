import{a,b}from"./chunk-ZMADAXKL.js";export{b as clearDraft,a as keepDraft};
