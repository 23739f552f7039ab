import { readFile, readdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { createRequire } from 'node:module';
const require = createRequire('/work/wt/widget/widget_bundle/x.js');
const { build, transform } = require('esbuild'); const { minify } = require('terser');
let src = await readFile('build.mjs','utf8');
const here='/work/wt/widget/widget_bundle';
const INTERNAL = eval(src.match(/const INTERNAL = (.*);/)[1]);
const BUILT_IN = eval(src.match(/const BUILT_IN = (.*);/)[1]);
async function one(drop, nocss){
 const plug=[{name:'css',setup:({onLoad})=>onLoad({filter:/\.css$/},async({path})=>{ if(nocss) return {contents:'',loader:'text'}; const {code}=await transform(await readFile(path,'utf8'),{loader:'css',minify:true,target:['chrome123','firefox128','safari17.5']}); return {contents:code.trim().replace(/(--[\w-]+): /g,'$1:').replace(/, /g,','),loader:'text'}})},
 {name:'w',setup:({onLoad})=>onLoad({filter:/locales.en\.json$/},async({path})=>{const w=Object.entries(JSON.parse(await readFile(path,'utf8')));return{contents:JSON.stringify(Object.fromEntries(w.filter(([k])=>BUILT_IN.test(k)))),loader:'json'}})},
 {name:'drop',setup:({onLoad})=>onLoad({filter:/\.js$/},async({path})=>{ if(!drop||!path.endsWith('/src/'+drop)) return; const t=await readFile(path,'utf8'); const names=[...t.matchAll(/export (?:const|let|class) (\w+)/g)].map(m=>m[1]); return {contents:names.map(n=>`export let ${n}=()=>0;`).join(''),loader:'js'}})}];
 const {outputFiles}=await build({bundle:true,minify:true,target:['chrome123','firefox128','safari17.5'],charset:'utf8',legalComments:'none',define:{VERSION:'"1.6.0"'},write:false,entryPoints:[here+'/src/entry.js'],format:'esm',plugins:plug,logLevel:'error'});
 const {code}=await minify(outputFiles[0].text,{compress:{passes:4,pure_getters:true,lhs_constants:false,unsafe_methods:true},module:true,ecma:2020,mangle:{properties:{regex:INTERNAL,builtins:true}}});
 const t=`(()=>{${code}})();\n`; return [t.length,gzipSync(t,{level:9}).length];
}
const base=await one(); console.log('base',base);
