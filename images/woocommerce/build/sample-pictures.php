<?php
/**
 * Makes the sample products' pictures in the sizes that WordPress and WooCommerce show, when the image is built, and what WordPress
 * wants to know about them. So setup needs neither the pictures nor time to scale them.
 */

const FOLDER = '/srv/platform/samples';
const SIZES  = array(
	'woocommerce_gallery_thumbnail' => 100,
	'thumbnail'                     => 150,
	'medium'                        => 300,
	'woocommerce_thumbnail'         => 300,
	'woocommerce_single'            => 600,
	'medium_large'                  => 768,
);

foreach ( glob( FOLDER . '/*.webp' ) as $path ) {
	$name    = basename( $path, '.webp' );
	$picture = imagecreatefromwebp( $path );
	$sizes   = array();
	foreach ( SIZES as $size => $width ) {
		$file = "$name-{$width}x{$width}.webp";
		imagewebp( imagescale( $picture, $width, $width, IMG_BICUBIC ), FOLDER . "/$file", 88 );
		$sizes[ $size ] = array(
			'file'      => $file,
			'width'     => $width,
			'height'    => $width,
			'mime-type' => 'image/webp',
			'filesize'  => filesize( FOLDER . "/$file" ),
		);
	}
	$metadata = array(
		'width'    => imagesx( $picture ),
		'height'   => imagesy( $picture ),
		'file'     => "samples/$name.webp",
		'filesize' => filesize( $path ),
		'sizes'    => $sizes,
	);
	file_put_contents( "/srv/platform/setup/$name.json", json_encode( $metadata, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES ) );
}
