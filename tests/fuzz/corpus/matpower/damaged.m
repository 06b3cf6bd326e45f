function mpc = damaged
mpc.version = '2';
mpc.baseMVA = 10 ...
;
mpc.bus = [ 1 3 0 0 0 0 1 1 0 12.66 1 1 1
2 1 NaN Inf 0 0 1 1 0 0 1 1.1 0.9 ];
mpc.branch = [ 1 2 0 0 0 0 0 0 0 0 1 -360 360; 2 1 1 ]
system('echo no');
mpc.bus(:, [PD, QD]) = (
