#if AKKA
global using Akka.Actor;
global using Akka.Event;
#else
global using Pipeline.Kernel.Actor;
global using Pipeline.Kernel.Event;
#endif
global using System.Collections.Immutable;
