// Panels and letters (egui), instead of the shader that comes with bevy_egui: that one takes six powers a pixel, which on a
// processor costs as much as the whole scene behind the panels. Same inputs; what is solid has the same colour within a step of 8
// bits. What is not has its own here, and in that one a darker one.
//
// egui multiplies colours, by each other and by alpha, in gamma space, so a texel goes to gamma, is multiplied, and comes back.

struct Transform {
    scale: vec2<f32>,
    translation: vec2<f32>,
}

struct PanelIn {
    @location(0) position: vec2<f32>,
    @location(1) uv: vec2<f32>,
    @location(2) colour: vec4<f32>,
}

struct PanelOut {
    @builtin(position) position: vec4<f32>,
    @location(0) colour: vec4<f32>,
    @location(1) uv: vec2<f32>,
}

@group(0) @binding(0) var<uniform> transform: Transform;
@group(1) @binding(0) var image_texture: texture_2d<f32>;
@group(1) @binding(1) var image_sampler: sampler;

// Fits of the sRGB curve and its inverse by roots and products, within 0.3 % and exact at both ends.
fn gamma(c: vec3<f32>) -> vec3<f32> {
    let half = sqrt(c);
    let quarter = sqrt(half);
    return 0.662002687 * half + 0.684122060 * quarter - 0.323583601 * sqrt(quarter) - 0.0225411470 * c;
}

fn linear(c: vec3<f32>) -> vec3<f32> {
    return c * (c * (c * 0.305306011 + 0.682171111) + 0.012522878);
}

@vertex
fn vs_main(in: PanelIn) -> PanelOut {
    let place = in.position * transform.scale + transform.translation;
    return PanelOut(vec4<f32>(place, 0.0, 1.0), in.colour, in.uv);
}

@fragment
fn fs_main(in: PanelOut) -> @location(0) vec4<f32> {
    let texel = textureSample(image_texture, image_sampler, in.uv);
    // Colours come multiplied by their alpha as they are written, and are blended as light: taken apart first, or the soft rim of a
    // light letter would be darker than both the letter and the ground.
    let written = gamma(texel.rgb) * in.colour.rgb;
    let alpha = texel.a * in.colour.a;
    let light = linear(min(written / max(alpha, 1e-4), vec3<f32>(1.0))) * alpha;
    return vec4<f32>(select(linear(written), light, alpha > 0.0), alpha);
}
