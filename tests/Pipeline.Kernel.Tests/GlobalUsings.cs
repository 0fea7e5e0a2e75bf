global using Pipeline.Kernel;
global using Pipeline.Kernel.Actor;
global using Pipeline.Kernel.Event;
global using Pipeline.Kernel.Pattern;
global using Pipeline.Kernel.TestKit;
