global using Pipeline.Kernel.Actor;
global using Pipeline.Kernel.Event;
